import type { ComponentChildren } from 'preact';
import { useCall } from '../../api/use-call.ts';
import { MembersOnly } from '../../components/members-only.tsx';
import { PageProblem } from '../../components/page-problem.tsx';
import { useTitle } from '../../router/arrival.ts';
import type { PageProps } from '../../router/routes.ts';
import { isAdmin } from '../../state/session.ts';
import { NotFoundPage } from '../not-found.tsx';
import { ProductForm } from './product-form.tsx';

const Page = ({ title, children }: { title: string; children: ComponentChildren }) => {
  useTitle(title);
  return (
    <div class="frame narrow">
      <h1>{title}</h1>
      {children}
    </div>
  );
};

const Edit = ({ slug }: { slug: string }) => {
  const { data, error, retry } = useCall('product', { params: { slug } });
  if (error !== undefined) return <PageProblem error={error} retry={retry} what="This product" />;
  if (data === undefined)
    return (
      <div class="frame narrow skeleton" aria-busy="true">
        <i class="bone headline" />
        <i class="bone tall" />
      </div>
    );
  return (
    <Page title="Edit product">
      <ProductForm product={data.product} />
    </Page>
  );
};

const ForAdmin = ({ slug }: { slug: string | undefined }) => {
  if (slug !== undefined) return <Edit slug={slug} />;
  return (
    <Page title="New product">
      <ProductForm />
    </Page>
  );
};

export const ProductEditorPage = ({ params }: PageProps) => (
  <MembersOnly>{isAdmin.value ? <ForAdmin slug={params['slug']} /> : <NotFoundPage />}</MembersOnly>
);
