/** Bytes for a person. */
export const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(bytes < 10_485_760 ? 1 : 0)} MB`;

const units = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

/** A time span for a person: the largest unit of which there are two at least. */
export const span = (milliseconds: number): string => {
  const seconds = Math.max(0, milliseconds / 1_000);
  const [size, unit] = units.find(([length]) => seconds >= 2 * length) ?? [1, 's'];
  return `${Math.floor(seconds / size)} ${unit}`;
};
