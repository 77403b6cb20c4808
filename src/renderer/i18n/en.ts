import common from './common/en.json';
import faults from './faults/en.json';
import queue from '../features/queue/messages/en.json';
import needs from '../features/needs/messages/en.json';
import faces from '../features/faces/messages/en.json';
import destinations from '../features/destinations/messages/en.json';
import doctor from '../features/doctor/messages/en.json';
import settings from '../features/settings/messages/en.json';

/** The window's messages in English; each feature keeps its own beside its code. */
export const en = {
  ...common,
  ...faults,
  ...queue,
  ...needs,
  ...faces,
  ...destinations,
  ...doctor,
  ...settings,
};
