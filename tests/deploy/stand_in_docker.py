"""In Docker's place, for there is no engine: holds what is asked for against compose.yaml and the Dockerfile beside it.

Everything that Docker would refuse before it starts anything is refused here: a service, a profile, an option or a file
that there is not, a variable without a value, a service that can't be scaled or waited for. What passes is written as a
line of JSON into the file $LOG: the words, the image, the services that would be up, and what would run in a container.
$RUNNING is the image that is up, $READY those on which the bot is ready, $STUCK a migration that fails.
"""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import yaml

Services = dict[str, dict[str, Any]]
HERE = Path.cwd()
IMAGE = (Path(__file__).parent.parent.parent / "Dockerfile").read_text()  # what our image says of itself
# the options that our pages, scripts and workflows use, as `docker … --help` names them; those with a value are True
OPTIONS = {
    "compose": {"--profile": True, "--env-file": True},
    "up": {"-d": False, "--detach": False, "--no-build": False, "--remove-orphans": False, "--scale": True},
    "exec": {"-T": False},
    "run": {"--rm": False, "--volume": True},
    "ps": {"--format": True},
    "pull": {},
    "cp": {},
    "build": {"--tag": True},
    "login": {"--username": True, "--password-stdin": False},
    "buildx create": {"--use": False},
    "buildx build": {"--push": False, "--sbom": True, "--provenance": True, "--tag": True},
}  # fmt: skip


class Refused(Exception):
    """What Docker would say, in a line."""


def main(words: list[str]) -> int:
    if words[:1] == ["compose"]:
        options, rest = options_of("compose", words[1:], stop=True)
        return compose(
            rest[0], rest[1:], set(options.get("--profile", ())), options.get("--env-file", [".env"])
        )
    name = " ".join(words[:2]) if words[:1] == ["buildx"] else words[0]
    if name not in OPTIONS:
        raise Refused(f"{name} is not a docker command")
    _options, rest = options_of(name, words[len(name.split()) :])
    if name.endswith("build"):
        if rest != ["."]:
            raise Refused("a build has one context")
        dockerfile(HERE)
    if name == "login" and not sys.stdin.read():
        raise Refused("password is empty")
    note(words, {})
    return 0


def options_of(
    command: str, words: list[str], *, stop: bool = False
) -> tuple[dict[str, list[str]], list[str]]:
    """Options and what follows them; `stop` at the first word that is none, as programs with words of their own do."""
    known, told = OPTIONS[command], dict[str, list[str]]()
    rest: list[str] = []
    left = iter(words)
    for word in left:
        name, equals, value = word.partition("=")
        if not word.startswith("-"):
            rest.append(word)
            if stop or command in ("exec", "run"):
                break
        elif name not in known:
            raise Refused(f"unknown flag of {command}: {name}")
        elif known[name]:
            told.setdefault(name, []).append(value if equals else next(left))
        else:
            told[name] = []
    return told, [*rest, *left]


def compose(command: str, words: list[str], profiles: set[str], settings: list[str]) -> int:
    if command not in OPTIONS:
        raise Refused(f"unknown docker command: compose {command}")
    options, rest = options_of(command, words)
    services = read_services([HERE / name for name in settings])
    if unknown := profiles - {name for one in services.values() for name in one.get("profiles", ())}:
        raise Refused(f"no such profile: {unknown}")
    up = {
        name for name, one in services.items() if not one.get("profiles") or profiles & set(one["profiles"])
    }
    named = rest[:1] if command in ("exec", "run") else [] if command == "cp" else rest
    for name in named:
        if name not in services:
            raise Refused(f"no such service: {name}")
    more: dict[str, Any] = {"services": sorted(up), "image": services["bot"]["image"]}
    if command == "up":
        if "--no-build" not in options:
            check_builds(services)
        for one in options.get("--scale", ()):
            may_be_scaled(services, *one.split("="))
    elif command in ("exec", "run"):
        where = services[rest[0]]
        more["command"] = rest[1:] or where.get("command")
        more["environment"] = environment_of(where)
        more["files"] = [mounted(volume) for volume in options.get("--volume", ())]
    elif command == "cp":
        copied(services, *rest)
    note(["compose", command, *words], more)
    return outcome(command, rest)


def outcome(command: str, rest: list[str]) -> int:
    image = os.environ.get("IMAGE", "")
    if command == "ps":
        print(os.environ.get("RUNNING", ""))  # noqa: T201 - it is what was asked for
    if command == "run" and rest == ["migrate"]:
        return 1 if os.environ.get("STUCK") else 0
    if command == "exec" and "READY" in os.environ:
        return 0 if image in os.environ["READY"].split() else 1
    return 0


def read_services(files: list[Path]) -> Services:
    """The services, with variables put in and everything checked that Compose checks."""
    variables: dict[str, str] = {}
    for file in files:
        variables |= settings_of(file)
    variables |= os.environ

    def put_in(found: re.Match[str]) -> str:
        name, kind, word = found["name"], found["kind"], found["word"]
        value = variables.get(name, "")
        if not value and kind == ":?":
            raise Refused(f"required variable {name} is missing a value: {word}")
        return value or (word or "")

    text = "\n".join(
        line for line in (HERE / "compose.yaml").read_text().splitlines() if line.strip()[:1] != "#"
    )
    text = re.sub(r"\$\{(?P<name>\w+)(?:(?P<kind>:[-?])(?P<word>[^}]*))?\}", put_in, text)
    whole = yaml.safe_load(text)
    services: Services = whole["services"]
    for name, one in services.items():
        check(name, one, services, whole.get("volumes", {}))
    return services


def check(name: str, one: dict[str, Any], services: Services, volumes: dict[str, Any]) -> None:
    if not {"build", "image"} & one.keys():
        raise Refused(f"{name} has neither an image nor a build context")
    if "env_file" in one and not (HERE / one["env_file"]).is_file():
        raise Refused(f"env file {one['env_file']} not found")
    for volume in one.get("volumes", ()):
        source = volume.split(":")[0]
        if source.startswith("./") and not (HERE / source).exists():
            raise Refused(f"{name}: {source} is not there")
        if not source.startswith((".", "/")) and source not in volumes:
            raise Refused(f"{name} refers to undefined volume {source}")
    for other, how in one.get("depends_on", {}).items():
        if other not in services:
            raise Refused(f"{name} depends on undefined service {other}")
        if how["condition"] == "service_healthy" and not is_watched(services[other]):
            raise Refused(f"{name} waits for {other}, which nobody asks how it is")


def is_watched(one: dict[str, Any]) -> bool:
    said = one.get("healthcheck", {})
    return not said.get("disable") and ("test" in said or ("build" in one and "HEALTHCHECK" in IMAGE))


def check_builds(services: Services) -> None:
    for one in services.values():
        if "build" in one:
            dockerfile(HERE / one["build"])


def dockerfile(context: Path) -> None:
    """Refused when there is none, or when it copies what is not in the context."""
    if not (context / "Dockerfile").is_file():
        raise Refused(f"no Dockerfile in {context}")
    text = (context / "Dockerfile").read_text()
    for names in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for name in names.split():
            if not (context / name).exists():
                raise Refused(f"COPY {name}: not found")


def environment_of(one: dict[str, Any]) -> dict[str, str]:
    """What a container of ours is told: by the image, then by the file, then by the set."""
    told: dict[str, str] = {}
    if "build" in one:
        for line in re.findall(r"^ENV (.+)$", IMAGE.replace("\\\n", " "), re.MULTILINE):
            told |= dict(pair.split("=", 1) for pair in line.split())
    if "env_file" in one:
        told |= settings_of(HERE / one["env_file"])
    return told | {name: str(value) for name, value in one.get("environment", {}).items()}


def settings_of(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    lines = [line for line in file.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def may_be_scaled(services: Services, name: str, count: str) -> None:
    one = services.get(name)
    if one is None or not count.isdecimal():
        raise Refused(f"--scale {name}={count}: no such service or number")
    if int(count) > 1 and ("ports" in one or "container_name" in one):
        raise Refused(f"{name} has a port or a name of the host, of which there is one")


def mounted(volume: str) -> dict[str, str]:
    source, target, *_how = volume.split(":")
    if not source.startswith("/") or not Path(source).is_file():
        raise Refused(f"{source} is no file that can be mounted")
    if not Path(source).stat().st_mode & 0o004:
        raise Refused(f"{source}: the container's user may not read it")
    return {"source": source, "target": target}


def copied(services: Services, source: str, target: str) -> None:
    name, _colon, path = source.partition(":")
    if name not in services or not any(
        path.startswith(one.split(":")[1] + "/") for one in services[name]["volumes"]
    ):
        raise Refused(f"{source}: nothing is kept there")
    (HERE / target).touch()


def note(words: list[str], more: dict[str, Any]) -> None:
    line = {"words": words, **more}
    with Path(os.environ["LOG"]).open("a") as log:
        log.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refused as why:
        sys.exit(f"{why}")
