"""PostgreSQL and Redis: models, unit of work, one store per feature, the agent cache."""
