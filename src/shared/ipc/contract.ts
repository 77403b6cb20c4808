/**
 * The only place where a channel between window and main is born. Handlers, the bridge and the preload are derived
 * from `calls` and `streams`; `queue.*` calls are answered by the engine process.
 */
import { z } from 'zod';
import { doctorRunSchema } from '../doctor';
import { faultSchema, type Fault } from '../faults';
import {
  facesBatchSchema,
  facesChangeSchema,
  facesDetailSchema,
  facesFilterSchema,
  facesRowSchema,
  facesSourceSchema,
  faceTileSchema,
  ingestAnswerSchema,
  pictureSchema,
} from '../faces';
import { batchIdSchema, destinationIdSchema, itemIdSchema } from '../ids';
import { LANGUAGES } from '../language';
import { profileSchema } from '../profile';
import { secretSchema } from '../secrets';
import {
  engineStatusSchema,
  itemDetailSchema,
  itemRowSchema,
  queueDeltaSchema,
  queueSnapshotSchema,
  queueVerbSchema,
  scopeSchema,
} from '../queue-view';

const nothing = z.object({});

/** What the window may know of credentials. */
export const credentialsViewSchema = z.object({
  /** Nothing more is needed of the person at the window. */
  configured: z.boolean(),
  expiresAt: z.number().nullable(),
  accessKeyIdHint: z.string().nullable(),
  /** Where what was handed in is kept: until it is replaced, or for this run alone. */
  keptIn: z.enum(['nowhere', 'memory', 'keychain']),
});
export type CredentialsView = z.infer<typeof credentialsViewSchema>;

/** `memory`: there is no keychain that can be opened, what is handed in lasts for this run. */
export const keychainSchema = z.object({ keychain: z.enum(['checking', 'available', 'memory']) });
export type KeychainStatus = z.infer<typeof keychainSchema>['keychain'];

/** What the window may know of a destination: never a secret. */
export const destinationViewSchema = z.object({
  destinationId: destinationIdSchema,
  profile: profileSchema,
  credentials: credentialsViewSchema,
});
export type DestinationView = z.infer<typeof destinationViewSchema>;

/** A destination that came from elsewhere and waits for the user's word. */
export const proposalSchema = z.object({
  origin: z.enum(['file', 'link']),
  /** Name of the file; empty for a link. */
  file: z.string(),
  found: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('destination'), profile: profileSchema }),
    z.object({ kind: z.literal('wrong'), fault: faultSchema }),
  ]),
});
export type Proposal = z.infer<typeof proposalSchema>;

export const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', ...LANGUAGES]),
  currentDestinationId: destinationIdSchema.nullable(),
  connections: z.int().min(1).max(32),
});
export type Settings = z.infer<typeof settingsSchema>;

/** What main may have to say at start; the window has the words, as `notices.<code>`. */
const NOTICE_CODES = [
  'settings-unreadable',
  'settings-damaged',
  'settings-unkept',
  'profile-unreadable',
  'profile-not-json',
  'profile-invalid',
] as const;

export const startupNoticeSchema = z.object({
  id: z.string(),
  code: z.enum(NOTICE_CODES),
  /** What the words have places for. */
  values: z.object({ file: z.string() }),
  /** What the system or a parser said, in English; empty where the words say all. */
  detail: z.string(),
});
export type StartupNotice = z.infer<typeof startupNoticeSchema>;

export const appInfoSchema = z.object({
  version: z.string(),
  platform: z.enum(['linux', 'darwin', 'win32']),
  locale: z.string(),
  /** Electron and Chrome versions, for the report. */
  runtime: z.string(),
  /** Said once at start: a settings file that could not be read was set aside, for example. */
  notices: z.array(startupNoticeSchema),
});
export type AppInfo = z.infer<typeof appInfoSchema>;

const call = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O): { input: I; output: O } => ({
  input,
  output,
});
const added = z.object({ batchId: batchIdSchema.nullable() });

export const calls = {
  'app.info': call(nothing, appInfoSchema),
  'settings.get': call(nothing, settingsSchema),
  'settings.set': call(settingsSchema.partial(), settingsSchema),
  'destinations.list': call(nothing, z.array(destinationViewSchema).max(200)),
  /** A new destination where `destinationId` is null. The profile is parsed again in main. */
  'destinations.save': call(
    z.object({ destinationId: destinationIdSchema.nullable(), profile: z.unknown() }),
    destinationViewSchema,
  ),
  'destinations.remove': call(z.object({ destinationId: destinationIdSchema }), nothing),
  /** Asks where to, and writes the profile there; `file` is null when nothing was chosen. */
  'destinations.export': call(
    z.object({ destinationId: destinationIdSchema }),
    z.object({ file: z.string().nullable() }),
  ),
  /** The destination as a link; it holds no secret. */
  'destinations.link': call(
    z.object({ destinationId: destinationIdSchema }),
    z.object({ link: z.string().max(20_000) }),
  ),
  /** Opens the system's dialog; what was chosen becomes the proposal. */
  'destinations.import': call(nothing, z.object({ chosen: z.boolean() })),
  'destinations.proposal': call(nothing, proposalSchema.nullable()),
  /** The proposal was taken or turned down; taking it is `destinations.save`. */
  'destinations.dismiss': call(nothing, nothing),
  /** The one way in for a secret. What comes back says that it is there, and no more. */
  'credentials.set': call(
    z.object({ destinationId: destinationIdSchema, secret: secretSchema }),
    credentialsViewSchema,
  ),
  'credentials.forget': call(z.object({ destinationId: destinationIdSchema }), credentialsViewSchema),
  /** Checks a destination's set-up with a probe in its bucket; `doctor.changed` tells each finding. Ends a run before it. */
  'doctor.start': call(z.object({ destinationId: destinationIdSchema }), z.object({ runId: z.int() })),
  /** What the run made in the bucket is taken away all the same. */
  'doctor.stop': call(z.object({ runId: z.int() }), nothing),
  /** What was found so far, as text that may be sent: nothing secret is in it. */
  'doctor.report': call(z.object({ runId: z.int() }), z.object({ text: z.string().max(200_000) })),
  /** Asking is using: a keychain that was not looked at yet is, and `keychain.changed` tells how it went. */
  'keychain.status': call(nothing, keychainSchema),
  /** Opens the keychain again, with a minute for the person who unlocks it. */
  'keychain.retry': call(nothing, keychainSchema),
  /** Opens the system's dialog and queues what was chosen; `batchId` is null when nothing was. */
  'queue.choose': call(
    z.object({ destinationId: destinationIdSchema, what: z.enum(['files', 'folder']) }),
    added,
  ),
  /** Paths come from the preload (dropped files); main looks at each of them again. */
  'queue.add': call(
    z.object({
      destinationId: destinationIdSchema,
      paths: z.array(z.string().min(1).max(32_767)).min(1).max(100_000),
    }),
    added,
  ),
  'queue.snapshot': call(nothing, queueSnapshotSchema),
  'queue.items': call(
    z.object({ batchId: batchIdSchema, offset: z.int().nonnegative(), limit: z.int().min(1).max(500) }),
    z.object({ revision: z.int(), total: z.int(), rows: z.array(itemRowSchema).max(500) }),
  ),
  'queue.detail': call(z.object({ itemId: itemIdSchema }), itemDetailSchema.nullable()),
  'queue.command': call(
    z.object({ verb: queueVerbSchema, scope: scopeSchema }),
    z.object({ affected: z.int() }),
  ),
  /** Pictures that have a result, a question or a decision: by batch, and of a batch (null: of all) page by page. */
  'faces.batches': call(
    nothing,
    z.object({ revision: z.int(), batches: z.array(facesBatchSchema).max(500) }),
  ),
  'faces.page': call(
    z.object({
      batchId: batchIdSchema.nullable(),
      filter: facesFilterSchema,
      offset: z.int().nonnegative(),
      limit: z.int().min(1).max(200),
    }),
    z.object({ revision: z.int(), total: z.int(), rows: z.array(facesRowSchema).max(200) }),
  ),
  /** Every face of a batch (null: of all), cut out. */
  'faces.sheet': call(
    z.object({
      batchId: batchIdSchema.nullable(),
      offset: z.int().nonnegative(),
      limit: z.int().min(1).max(200),
    }),
    z.object({ revision: z.int(), total: z.int(), tiles: z.array(faceTileSchema).max(200) }),
  ),
  /** Null: the row is gone. */
  'faces.detail': call(z.object({ itemId: itemIdSchema }), facesDetailSchema.nullable()),
  /** Answered by main and the detector's process. */
  'faces.picture': call(z.object({ itemId: itemIdSchema }), pictureSchema),
  /** Asks IMM or the detector on this device (again). `refused` counts items that are no pictures or not uploaded. */
  'faces.ask': call(
    z.object({ source: facesSourceSchema, scope: scopeSchema }),
    z.object({ queued: z.int(), refused: z.int() }),
  ),
  'faces.clear': call(z.object({ scope: scopeSchema }), z.object({ cleared: z.int() })),
  /** The answer to a rule that asks; it goes on with these items. */
  'faces.decide': call(
    z.object({ itemIds: z.array(itemIdSchema).min(1).max(500), how: ingestAnswerSchema }),
    z.object({ affected: z.int() }),
  ),
  /** Shows a file in the system's file browser. */
  'source.reveal': call(z.object({ itemId: itemIdSchema }), nothing),
  /** As long as the longest answer about faces. */
  'clipboard.write': call(z.object({ text: z.string().max(4_000_000) }), nothing),
} as const;

export const streams = {
  'queue.delta': queueDeltaSchema,
  'faces.changed': facesChangeSchema,
  'engine.status': engineStatusSchema,
  'settings.changed': settingsSchema,
  'destinations.proposed': proposalSchema.nullable(),
  'destinations.changed': z.array(destinationViewSchema).max(200),
  'keychain.changed': keychainSchema,
  'doctor.changed': doctorRunSchema,
} as const;

export type CallName = keyof typeof calls;
export type StreamName = keyof typeof streams;
export type CallInput<C extends CallName> = z.input<(typeof calls)[C]['input']>;
export type CallValue<C extends CallName> = z.output<(typeof calls)[C]['output']>;
export type StreamValue<S extends StreamName> = z.output<(typeof streams)[S]>;

/** Electron carries only the message of a thrown error across, so replies are values. */
export type Reply<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

/** What each call's handler takes (parsed) and gives (parsed again before it leaves). */
export type Handlers = {
  readonly [C in CallName]: (
    input: z.output<(typeof calls)[C]['input']>,
  ) => Promise<Reply<z.input<(typeof calls)[C]['output']>>>;
};

/** What the preload puts into the window as `window.ferry`. */
export interface Bridge {
  call<C extends CallName>(name: C, input: CallInput<C>): Promise<Reply<CallValue<C>>>;
  /** Listens until the function that comes back is called. */
  subscribe<S extends StreamName>(stream: S, listener: (value: StreamValue<S>) => void): () => void;
  /** Queues files of a drop, a paste or an input; their paths never enter the page. */
  addFiles(
    destinationId: CallInput<'queue.add'>['destinationId'],
    files: readonly unknown[],
  ): Promise<Reply<CallValue<'queue.add'>>>;
}
