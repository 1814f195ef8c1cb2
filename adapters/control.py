"""The part of a simulator's API that is not its platform's: steering its faults, watching its desk."""

from typing import Any

from fastapi import FastAPI, HTTPException
from pydantic import ValidationError

from adapters.faults import Faults, Misbehave
from adapters.simulation import Desk


def base_app(title: str, desk: Desk, faults: Faults) -> FastAPI:
    """An app with the control calls and the misbehaviour; the platform adds its own calls."""
    app = FastAPI(title=title, description="A simulator: invented people, invented matters.")
    app.add_middleware(Misbehave, faults=faults, dice=desk.dice)

    @app.post("/_control/faults", summary="Set some faults; the others stay")
    async def set_faults(wanted: dict[str, Any]) -> Faults:
        try:
            Faults.model_validate(faults.model_dump() | wanted)
        except ValidationError as error:
            fields = sorted({str(fault["loc"][0]) for fault in error.errors()})
            raise HTTPException(422, f"cannot be set so: {', '.join(fields)}") from None
        for name, value in wanted.items():
            setattr(faults, name, value)
        return faults

    @app.get("/_control/state", summary="Items out, receipts in, the last receipts")
    async def state() -> dict[str, Any]:
        return desk.state()

    return app
