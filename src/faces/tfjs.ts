/**
 * Stands for the metapackage `@tensorflow/tfjs` when the networks are bundled: all of it that they use is its core and
 * the chained forms of its operations.
 */
export * from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
