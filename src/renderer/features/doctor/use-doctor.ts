import { useCallback, useEffect, useRef, useState } from 'react';
import type { DoctorRun } from '../../../shared/doctor';
import type { DestinationId } from '../../../shared/ids';
import { valueOf } from '../../actions';
import { useAppContext } from '../../app-context';

export interface Doctor {
  /** Null: it has not told anything yet. */
  readonly run: DoctorRun | null;
  readonly start: () => void;
  readonly stop: () => void;
}

/** Checks a destination while the page is open; leaving the page ends the run. */
export function useDoctor(destinationId: DestinationId): Doctor {
  const ferry = useAppContext();
  const [run, setRun] = useState<DoctorRun | null>(null);
  const runId = useRef<number | null>(null);
  const start = useCallback(() => {
    void ferry.bridge.call('doctor.start', { destinationId }).then((reply) => {
      runId.current = valueOf(ferry, reply)?.runId ?? null;
    });
  }, [ferry, destinationId]);
  const stop = useCallback(() => {
    if (runId.current !== null) void ferry.bridge.call('doctor.stop', { runId: runId.current });
  }, [ferry]);
  useEffect(() => {
    const leave = ferry.bridge.subscribe('doctor.changed', (told) => {
      // Of two runs the later one counts, whichever tells last.
      if (told.destinationId !== destinationId || told.runId < (runId.current ?? 0)) return;
      runId.current = told.runId;
      setRun(told);
    });
    start();
    return () => {
      leave();
      stop();
    };
  }, [ferry, destinationId, start, stop]);
  return { run, start, stop };
}
