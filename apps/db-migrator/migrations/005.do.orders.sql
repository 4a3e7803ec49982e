-- Orders. A line's title and unit price are copies: what was agreed does not change with the product.

CREATE TABLE orders (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- Newest first is the order of this number, as everywhere (a uuid has none).
  number bigint GENERATED ALWAYS AS IDENTITY,
  -- An account with orders stays: its orders explain where stock went.
  user_id bigint NOT NULL REFERENCES users ON DELETE RESTRICT,
  -- The client's Idempotency-Key: at most one order for each, also when the stored outcome is long gone.
  key text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
  status text NOT NULL DEFAULT 'placed' CHECK (status IN ('placed', 'cancelled')),
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  total bigint NOT NULL CHECK (total >= 0),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT orders_user_key UNIQUE (user_id, key)
);

-- A user's orders, newest first.
CREATE INDEX orders_user_idx ON orders (user_id, number DESC);

CREATE TABLE order_lines (
  order_id uuid NOT NULL REFERENCES orders ON DELETE CASCADE,
  -- From 0, as the client listed them.
  position smallint NOT NULL CHECK (position >= 0),
  product_id bigint NOT NULL REFERENCES products ON DELETE RESTRICT,
  title text NOT NULL,
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000),
  unit_price integer NOT NULL CHECK (unit_price >= 0),
  PRIMARY KEY (order_id, position)
);

CREATE INDEX order_lines_product_idx ON order_lines (product_id);

-- Which order took the stock or gave it back; null for movements by hand.
ALTER TABLE stock_movements ADD COLUMN order_id uuid REFERENCES orders ON DELETE SET NULL;
CREATE INDEX stock_movements_order_idx ON stock_movements (order_id) WHERE order_id IS NOT NULL;
