"""How the models are made from labelled texts, and how good they are: none of it runs while a hub judges."""
