const digitsOf = (currency: string): number =>
  new Intl.NumberFormat('en-GB', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** A price in minor units as people write it: 1250 EUR is €12.50, 1250 JPY is JP¥1,250, 1250 KWD is KWD 1.250. */
export const formatPrice = (minor: number, currency: string): string =>
  new Intl.NumberFormat('en-GB', { style: 'currency', currency }).format(minor / 10 ** digitsOf(currency));

/** A price for an input field, without grouping and currency. */
export const priceInput = (minor: number, currency: string): string =>
  (minor / 10 ** digitsOf(currency)).toFixed(digitsOf(currency));

/** What someone typed ("12.50", "12,5", "12") in minor units; NaN when it is no price, or has more decimals than the currency. */
export const minorUnits = (typed: string, currency: string): number => {
  const match = /^(?<whole>\d{1,9})(?:[.,](?<part>\d*))?$/.exec(typed.trim());
  const digits = digitsOf(currency);
  const part = match?.groups?.['part'] ?? '';
  if (match === null || part.length > digits) return Number.NaN;
  return Number(`${match.groups?.['whole']}${part.padEnd(digits, '0')}`);
};
