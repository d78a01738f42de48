"""Prices: what a model's answer cost, by the price list that comes with pydantic-ai."""


def price(model: str, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> float | None:
    """US dollars; None for a model that isn't in the list, such as one's own. `cached_tokens` are those of the input
    that the provider had read before, and charges less for."""
    from genai_prices import Usage, calc_price  # reads its list at the first call, 0.2 s

    usage = Usage(input_tokens=input_tokens, output_tokens=output_tokens)
    if 0 < cached_tokens <= input_tokens:
        usage = Usage(input_tokens=input_tokens, output_tokens=output_tokens, cache_read_tokens=cached_tokens)
    try:
        found = calc_price(usage, model_ref=model)
    except LookupError:
        return None
    return float(found.total_price)
