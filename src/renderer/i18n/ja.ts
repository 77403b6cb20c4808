import common from './common/ja.json';
import faults from './faults/ja.json';
import queue from '../features/queue/messages/ja.json';
import needs from '../features/needs/messages/ja.json';
import faces from '../features/faces/messages/ja.json';
import destinations from '../features/destinations/messages/ja.json';
import doctor from '../features/doctor/messages/ja.json';
import settings from '../features/settings/messages/ja.json';

/** The window's messages in Japanese; each feature keeps its own beside its code. */
export const ja = {
  ...common,
  ...faults,
  ...queue,
  ...needs,
  ...faces,
  ...destinations,
  ...doctor,
  ...settings,
};
