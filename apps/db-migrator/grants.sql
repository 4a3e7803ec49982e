-- Run after every `up`: what the application's role may do. Rows only, never the schema.
-- Where the role does not exist (one role for everything, as with a DATABASE_URL of one's own), nothing is granted.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'scale_up_app') THEN
    GRANT USAGE ON SCHEMA public TO scale_up_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO scale_up_app;
    REVOKE INSERT, UPDATE, DELETE ON schema_version FROM scale_up_app;
  END IF;
END
$$;
