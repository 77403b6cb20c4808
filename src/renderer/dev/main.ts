import { createTrialBridge } from './bridge';

// The trial page has no preload: the bridge is made here, before the window asks for it.
Object.defineProperty(window, 'ferry', { value: createTrialBridge(new URLSearchParams(location.search)) });
void import('../main');
