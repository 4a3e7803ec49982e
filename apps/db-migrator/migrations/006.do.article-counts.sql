-- How many articles there are, and how many of each tag: every list says so, and counting a million took longer than all the rest of it.

CREATE TABLE article_counts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- 0 counts all articles.
  tag_id integer NOT NULL,
  -- Of one tag there are as many rows as ever had to be written at once, and their sum is what counts: with one row, whoever writes an
  -- article would wait until all others have committed theirs.
  total bigint NOT NULL
-- Room for new versions beside the old ones: no index changes with a total, so none is written (HOT).
) WITH (fillfactor = 50);

CREATE INDEX article_counts_tag_idx ON article_counts (tag_id);

-- Changes a row that nobody holds. It never waits, so it takes part in no deadlock.
CREATE FUNCTION count_articles(counted integer, change bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  free bigint;
BEGIN
  SELECT id INTO free FROM article_counts WHERE tag_id = counted LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
  IF free IS NULL THEN
    INSERT INTO article_counts (tag_id, total) VALUES (counted, change);
  ELSE
    UPDATE article_counts SET total = total + change WHERE id = free;
  END IF;
END
$$;

CREATE FUNCTION count_changed_articles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM count_articles(0, CASE TG_OP WHEN 'INSERT' THEN changes ELSE -changes END)
  FROM (SELECT count(*) AS changes FROM changed) counted WHERE changes > 0;
  RETURN NULL;
END
$$;

CREATE FUNCTION count_changed_tags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM count_articles(tag_id, CASE TG_OP WHEN 'INSERT' THEN changes ELSE -changes END)
  FROM (SELECT tag_id, count(*) AS changes FROM changed GROUP BY tag_id) counted;
  RETURN NULL;
END
$$;

-- In the database, so that the release before this one counts as well. Once a statement; cascades come here too. Making them keeps writers
-- out until this migration ends, so what is counted below is what there is.
CREATE TRIGGER articles_added AFTER INSERT ON articles
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_changed_articles();
CREATE TRIGGER articles_removed AFTER DELETE ON articles
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_changed_articles();
CREATE TRIGGER article_tags_added AFTER INSERT ON article_tags
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_changed_tags();
CREATE TRIGGER article_tags_removed AFTER DELETE ON article_tags
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_changed_tags();

INSERT INTO article_counts (tag_id, total) SELECT 0, count(*) FROM articles;
INSERT INTO article_counts (tag_id, total) SELECT tag_id, count(*) FROM article_tags GROUP BY tag_id;
