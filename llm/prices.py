"""Prices: what a model's answer cost, by the price list that comes with pydantic-ai."""


def price(model: str, input_tokens: int, output_tokens: int) -> float | None:
    """US dollars; None for a model that isn't in the list, such as one's own."""
    from genai_prices import Usage, calc_price  # reads its list at the first call, 0.2 s

    try:
        found = calc_price(Usage(input_tokens=input_tokens, output_tokens=output_tokens), model_ref=model)
    except LookupError:
        return None
    return float(found.total_price)
