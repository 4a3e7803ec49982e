import { minorUnits } from '../../components/money.ts';
import { InvalidForm, type Values } from '../../forms/use-form.ts';

/** What the form says, as the API takes it: the price in minor units. */
export const productOf = ({ title = '', description = '', price = '', currency = '', image = '' }: Values) => {
  const code = currency.trim().toUpperCase();
  if (!/^[A-Z]{3}$/.test(code)) throw new InvalidForm({ currency: ['must be a code of three letters, such as EUR'] });
  const minor = minorUnits(price, code);
  if (Number.isNaN(minor)) throw new InvalidForm({ price: ['must be an amount, such as 12.50'] });
  return { title, description, price: minor, currency: code, image };
};

export const stockOf = ({ stock = '' }: Values): number => {
  if (!/^\d{1,10}$/.test(stock.trim())) throw new InvalidForm({ stock: ['must be a whole number'] });
  return Number(stock);
};
