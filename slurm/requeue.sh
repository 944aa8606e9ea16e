# Read by the batch scripts: a dvc command that ends in good order before its time is up, and a job that starts again.

MOST_RESTARTS=20 # so that a stage without checkpoints, longer than the time limit, does not run for ever

# SLURM sends USR1 to the batch script a minute before the time limit (--signal=B:USR1@60). dvc is then stopped as by
# Ctrl-C, which leaves its locks in order, and the job asks for another start. TERM means that SLURM itself stops the
# job: preempted, it starts again unasked; cancelled, it must not. DVC ignores TERM, for killed by it, its locks would
# be left behind; the stage, which SLURM tells too, ends, and DVC after it.
dvc_until_requeued() {
  set -m # a process group of its own, which can be told to stop without the batch script
  (trap '' TERM; exec dvc --wait-for-lock "$@") &
  local dvc=$! again=no status
  trap 'again=yes; kill -INT -- "-$dvc"' USR1
  trap : TERM
  while status=0; wait "$dvc" || status=$?; kill -0 "$dvc" 2>/dev/null; do :; done # a signal ends a wait early
  trap - USR1 TERM
  set +m
  if [ "$again" = yes ] && [ "$status" != 0 ]; then
    if [ "${SLURM_RESTART_COUNT:-0}" -ge "$MOST_RESTARTS" ]; then
      echo "the time limit was reached $((MOST_RESTARTS + 1)) times: raise --time" >&2
    else
      echo "the time limit is near: starting again" >&2
      scontrol requeue "$SLURM_JOB_ID"
    fi
  fi
  return "$status"
}
