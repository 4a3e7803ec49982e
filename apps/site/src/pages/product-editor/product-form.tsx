import type { Product } from '@scale-up/contract';
import { useState } from 'preact/hooks';
import { limits } from 'virtual:contract';
import { call } from '../../api/call.ts';
import { productHref } from '../../components/article-links.ts';
import { priceInput } from '../../components/money.ts';
import { Field } from '../../forms/field.tsx';
import { Form } from '../../forms/form.tsx';
import { TagInput } from '../../forms/tag-input.tsx';
import type { Values } from '../../forms/use-form.ts';
import { navigate } from '../../router/location.ts';
import { notify } from '../../state/notices.ts';
import { productOf, stockOf } from './product-values.ts';

const save = async (values: Values, tagList: string[], slug: string | undefined, key: string): Promise<Product> => {
  const fields = { ...productOf(values), tagList };
  const answer =
    slug === undefined
      ? await call('createProduct', { body: { product: { ...fields, stock: stockOf(values) } } }, { key })
      : await call('changeProduct', { params: { slug }, body: { product: fields } }, { key });
  return answer.product;
};

export const ProductForm = ({ product }: { product?: Product }) => {
  const [tags, setTags] = useState<string[]>(product?.tagList ?? []);
  const currency = product?.currency ?? 'EUR';
  return (
    <Form
      label={product === undefined ? 'Add product' : 'Save product'}
      busyLabel="Saving …"
      submit={async (values, key) => {
        const saved = await save(values, tags, product?.slug, key);
        notify('The product is saved.');
        navigate(productHref(saved.slug), { replace: product !== undefined });
      }}
    >
      <Field
        name="title"
        label="Title"
        value={product?.title ?? ''}
        maxLength={limits.title}
        autoComplete="off"
        required
      />
      <Field
        name="description"
        label="Description"
        value={product?.description ?? ''}
        rows={8}
        hint="Markdown."
        required
      />
      <div class="fields-in-row">
        <Field
          name="price"
          label="Price"
          inputMode="decimal"
          value={product === undefined ? '' : priceInput(product.price, currency)}
          autoComplete="off"
          required
        />
        <Field name="currency" label="Currency" value={currency} maxLength={3} autoComplete="off" required />
        {product === undefined && (
          <Field name="stock" label="Stock" inputMode="numeric" value="0" autoComplete="off" required />
        )}
      </div>
      <Field
        name="image"
        label="Picture"
        inputMode="url"
        value={product?.image ?? ''}
        maxLength={limits.url}
        hint="An address on this site, such as /pictures/shop-enamel-mug.svg."
      />
      <TagInput tags={tags} onChange={setTags} />
    </Form>
  );
};
