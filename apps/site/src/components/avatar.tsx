import { useState } from 'preact/hooks';
import { ownPicture } from './same-origin.ts';

const tones = 5;

const toneOf = (name: string): number =>
  Array.from(name).reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % tones;

const initialsOf = (name: string): string =>
  name
    .split(/[\s._-]+/)
    .filter((part) => part !== '')
    .slice(0, 2)
    .map((part) => Array.from(part)[0] ?? '')
    .join('')
    .toUpperCase();

type Props = { username: string; image: string | null; isLarge?: boolean };

/** Decoration beside a name that is written out. */
export const Avatar = ({ username, image, isLarge = false }: Props) => {
  const [broken, setBroken] = useState<string>();
  const source = ownPicture(image);
  const size = isLarge ? 'avatar large' : 'avatar';
  if (source !== undefined && source !== broken)
    return <img class={size} src={source} alt="" width={32} height={32} onError={() => setBroken(source)} />;
  return (
    <span class={`${size} tone-${toneOf(username)}`} aria-hidden="true">
      {initialsOf(username)}
    </span>
  );
};
