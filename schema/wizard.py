import strawberry

from models import wizard as rules
from models.enums import Step
from models.texts import Language
from schema.problem import Problem
from schema.says import says


@strawberry.type(description="How a field of a step is to be shown (manual §3.4).")
class FieldState:
    name: str = says("As in the input of the step's mutation, or as shown.")
    required: bool = says("Starred: the step is incomplete without it.")
    read_only: bool = says("Grey: it cannot be changed here.")


@strawberry.type(description="A step of the wizard, judged as it stands now.")
class WizardStep:
    step: Step = says("Which step.")
    complete: bool = says("Whether nothing keeps it from being submitted; warnings do not.")
    problems: list[Problem] = says("What is wrong, each with its place.")
    fields: list[FieldState] = says("Its fields.")

    @classmethod
    def of(cls, state: rules.StepState, language: Language) -> "WizardStep":
        return cls(
            step=state.step,
            complete=state.complete,
            problems=[Problem.of(problem, language) for problem in state.problems],
            fields=[
                FieldState(name=field.name, required=field.required, read_only=field.read_only)
                for field in state.fields
            ],
        )
