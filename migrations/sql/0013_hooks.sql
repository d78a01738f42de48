-- The webhook this database's bot set last. Only hashes of its secrets are kept.
CREATE FUNCTION kept_webhook()
RETURNS TABLE (url text, hash bytea, previous_hash bytea, secret_number integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT webhook_url, webhook_hash, webhook_previous_hash, webhook_secret_number FROM installation
$$;

-- What was the secret until now stays good: other replicas and updates under way still carry it.
CREATE FUNCTION keep_webhook(in_url text, in_hash bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE installation SET
        webhook_previous_hash = CASE WHEN webhook_hash = in_hash THEN webhook_previous_hash ELSE webhook_hash END,
        webhook_url = in_url, webhook_hash = in_hash
$$;

-- The number of the next secret that is made: it is in use from the moment its hash is kept.
CREATE FUNCTION next_webhook_secret() RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE installation SET webhook_secret_number = webhook_secret_number + 1 RETURNING webhook_secret_number
$$;
