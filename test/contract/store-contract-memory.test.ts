import { MemoryStore } from '../fakes/memory-store';
import { VirtualClock } from '../fakes/store-clock';
import { storeContract } from './store-contract';

storeContract('the store of the simulation', () => {
  const clock = new VirtualClock();
  let store = new MemoryStore(clock);
  return {
    clock,
    store,
    crash: () => (store = store.crash()),
    fillDisk: (full) => store.fillDisk(full),
    dispose: () => undefined,
  };
});
