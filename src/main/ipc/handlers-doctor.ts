import type { Destination } from '../../shared/engine-link';
import { failure, fault, success } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import type { Handlers } from '../../shared/ipc/contract';
import type { DoctorRuns } from '../doctor-runs';

export interface DoctorDependencies {
  readonly doctor: Pick<DoctorRuns, 'start' | 'stop' | 'report'>;
  readonly find: (destinationId: DestinationId) => Destination | undefined;
}

type Served = Extract<keyof Handlers, `doctor.${string}`>;

/** Checks of a set-up: begun, stopped, and told as text. */
export function doctorHandlers({ doctor, find }: DoctorDependencies): Pick<Handlers, Served> {
  return {
    'doctor.start': async ({ destinationId }) => {
      const destination = find(destinationId);
      if (destination === undefined)
        return failure(fault('invalid-input', 'This destination no longer exists.'));
      return success({ runId: await doctor.start(destination) });
    },
    'doctor.stop': ({ runId }) => {
      doctor.stop(runId);
      return Promise.resolve(success({}));
    },
    'doctor.report': async ({ runId }) => {
      const text = await doctor.report(runId);
      if (text === null)
        return failure(fault('invalid-input', 'This check is over and another has been begun.'));
      return success({ text });
    },
  };
}
