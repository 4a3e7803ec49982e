import { useState } from 'preact/hooks';
import { ownPicture } from './same-origin.ts';
import { Mark } from './wordmark.tsx';

type Props = { image: string | null; alt?: string };

/** A product's picture, or the house's mark where there is none to show. */
export const ProductPicture = ({ image, alt = '' }: Props) => {
  const [broken, setBroken] = useState<string>();
  const source = ownPicture(image);
  return (
    <div class="product-picture">
      {source === undefined || source === broken ? (
        <Mark />
      ) : (
        <img src={source} alt={alt} width={400} height={400} onError={() => setBroken(source)} />
      )}
    </div>
  );
};
