-- Accounts and who follows whom.

CREATE TABLE users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  username text NOT NULL CHECK (char_length(username) BETWEEN 1 AND 64),
  email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
  -- PHC string of argon2id: algorithm, parameters and salt are in it, so parameters can grow.
  password_hash text NOT NULL,
  bio text CHECK (bio <> ''),
  image text CHECK (image <> ''),
  role text NOT NULL DEFAULT 'customer' CHECK (role IN ('customer', 'admin')),
  -- Stands in every token; a password change raises it, which ends all tokens given before.
  token_version integer NOT NULL DEFAULT 0,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

-- Shown as typed, unique without regard to case: nobody can pose as "Admin" beside "admin".
CREATE UNIQUE INDEX users_username_key ON users (lower(username));
CREATE UNIQUE INDEX users_email_key ON users (lower(email));

CREATE TABLE follows (
  follower_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  followed_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  PRIMARY KEY (follower_id, followed_id)
);

-- For the cascade when an account goes.
CREATE INDEX follows_followed_idx ON follows (followed_id);
