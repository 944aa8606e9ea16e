"""A container is given what steers a computation and nothing that tells of the caller."""

from floodmark.containers.variables import ALLOWED, ALLOWED_WITH_TORCH, FIXED, variables

SECRETS = (
    "AWS_SECRET_ACCESS_KEY",
    "MLFLOW_TRACKING_URI",
    "SSH_AUTH_SOCK",
    "USERNAME",
    "PATH",
    "LD_PRELOAD",
    "http_proxy",
)


def test_only_listed_names_pass_and_only_with_torch_those_of_devices():
    caller = {name: f"value of {name}" for name in (*ALLOWED, *ALLOWED_WITH_TORCH, *SECRETS, "HOME", "USER")}
    geo, cuda = variables("geo", caller), variables("cuda", caller)
    assert set(geo) == {*ALLOWED, *FIXED}
    assert set(cuda) == {*ALLOWED, *ALLOWED_WITH_TORCH, *FIXED}
    assert geo["OMP_NUM_THREADS"] == "value of OMP_NUM_THREADS"
    assert cuda["HOME"] == FIXED["HOME"]


def test_what_is_not_set_stays_unset_and_the_order_is_fixed():
    found = variables("cuda", {"PYTHONHASHSEED": "0", "DVC_ROOT": "/p"})
    assert set(found) == {"PYTHONHASHSEED", "DVC_ROOT", *FIXED}
    assert list(found) == sorted(found)
