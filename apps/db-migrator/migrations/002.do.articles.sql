-- Articles, their tags, favourites and comments.
-- "Newest first" is the order of ids everywhere: an identity grows with every insert, never ties within a millisecond,
-- and is already part of every index a list needs.

CREATE TABLE articles (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug text NOT NULL CONSTRAINT articles_slug_key UNIQUE,
  author_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  title text NOT NULL,
  description text NOT NULL,
  body text NOT NULL,
  -- What lists show, in alphabetical order; article_tags is the index behind it. Both are written by one statement.
  tag_list text[] NOT NULL DEFAULT '{}',
  -- Equals count(*) of favorites; kept here because every list shows it.
  favorites_count integer NOT NULL DEFAULT 0 CHECK (favorites_count >= 0),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

-- Lists by author, and the feed, read the newest few of each author.
CREATE INDEX articles_author_idx ON articles (author_id, id DESC);

CREATE TABLE tags (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL CONSTRAINT tags_name_key UNIQUE
);

CREATE TABLE article_tags (
  tag_id integer NOT NULL REFERENCES tags ON DELETE CASCADE,
  article_id bigint NOT NULL REFERENCES articles ON DELETE CASCADE,
  -- In the order in which a list by tag reads it.
  PRIMARY KEY (tag_id, article_id)
);

-- For a change of an article's tags, and the cascade when it goes.
CREATE INDEX article_tags_article_idx ON article_tags (article_id);

CREATE TABLE favorites (
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  article_id bigint NOT NULL REFERENCES articles ON DELETE CASCADE,
  -- In the order in which a list by favouriter reads it.
  PRIMARY KEY (user_id, article_id)
);

CREATE INDEX favorites_article_idx ON favorites (article_id);

CREATE TABLE comments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  article_id bigint NOT NULL REFERENCES articles ON DELETE CASCADE,
  author_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  body text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE INDEX comments_article_idx ON comments (article_id, id);
CREATE INDEX comments_author_idx ON comments (author_id);
