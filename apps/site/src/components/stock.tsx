// From here on a buyer may want to hurry.
const few = 5;

export const Stock = ({ stock }: { stock: number }) => {
  if (stock === 0) return <p class="stock none">Out of stock</p>;
  if (stock <= few) return <p class="stock few">Only {stock} left</p>;
  return <p class="stock">In stock</p>;
};
