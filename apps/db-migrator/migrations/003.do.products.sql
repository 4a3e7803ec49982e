-- Products and every movement of their stock.

CREATE TABLE products (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug text NOT NULL CONSTRAINT products_slug_key UNIQUE,
  title text NOT NULL,
  description text NOT NULL,
  -- In minor units: no fractions, no rounding.
  price integer NOT NULL CHECK (price >= 0),
  currency text NOT NULL DEFAULT 'EUR' CHECK (currency ~ '^[A-Z]{3}$'),
  stock integer NOT NULL CONSTRAINT products_stock_check CHECK (stock >= 0),
  -- stock = initial_stock + the sum of its movements, always; checked after every fault test.
  initial_stock integer NOT NULL CHECK (initial_stock >= 0),
  image text CHECK (image <> ''),
  tag_list text[] NOT NULL DEFAULT '{}',
  search tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', description), 'B')
  ) STORED,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE INDEX products_search_idx ON products USING gin (search);
CREATE INDEX products_tag_idx ON products USING gin (tag_list);

CREATE TABLE stock_movements (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id bigint NOT NULL REFERENCES products ON DELETE RESTRICT,
  delta integer NOT NULL CHECK (delta <> 0),
  reason text NOT NULL,
  created_by bigint REFERENCES users ON DELETE SET NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE INDEX stock_movements_product_idx ON stock_movements (product_id, id);
