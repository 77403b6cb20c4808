import common from './common/zh-CN.json';
import faults from './faults/zh-CN.json';
import queue from '../features/queue/messages/zh-CN.json';
import needs from '../features/needs/messages/zh-CN.json';
import faces from '../features/faces/messages/zh-CN.json';
import destinations from '../features/destinations/messages/zh-CN.json';
import doctor from '../features/doctor/messages/zh-CN.json';
import settings from '../features/settings/messages/zh-CN.json';

/** The window's messages in Simplified Chinese; each feature keeps its own beside its code. */
export const zhCN = {
  ...common,
  ...faults,
  ...queue,
  ...needs,
  ...faces,
  ...destinations,
  ...doctor,
  ...settings,
};
