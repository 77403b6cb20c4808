/** The window's questions about faces, answered in the engine's process. */
import type { EngineCall } from '../../shared/engine-link';
import { isImageName, type FacesDetail, type FacesRow, type FaceTile } from '../../shared/faces';
import { success, type Outcome } from '../../shared/faults';
import type { ItemId } from '../../shared/ids';
import { calls, type CallInput, type CallValue } from '../../shared/ipc/contract';
import { holdsCredentials } from '../../shared/profile';
import type { UploadEngine } from '../upload-engine';
import { canAskImm } from './askers';
import { facePicture, hasPreview, smallPicture } from './picture-address';

export type FacesCall = Extract<EngineCall, `faces.${string}`>;

type Parsed<Name extends FacesCall> = ReturnType<(typeof calls)[Name]['input']['parse']>;

export async function answerFaces(
  ferry: UploadEngine,
  name: FacesCall,
  input: CallInput<EngineCall>,
): Promise<Outcome<CallValue<FacesCall>>> {
  const { faces, store } = ferry;
  switch (name) {
    case 'faces.batches': {
      const batches = store.faces.batches();
      return batches.ok ? success({ revision: faces.feed.revision, batches: [...batches.value] }) : batches;
    }
    case 'faces.page':
      return page(ferry, calls[name].input.parse(input));
    case 'faces.sheet':
      return sheet(ferry, calls[name].input.parse(input));
    case 'faces.detail':
      return detail(ferry, calls[name].input.parse(input).itemId);
    case 'faces.ask': {
      const { source, scope } = calls[name].input.parse(input);
      const may = (profile: ReturnType<UploadEngine['profile']>): boolean =>
        profile !== null && canAskImm(profile);
      return faces.ask(source, scope, (id) => source === 'local' || may(ferry.profile(id)));
    }
    case 'faces.clear':
      return faces.clear(calls[name].input.parse(input).scope);
    case 'faces.decide': {
      const { itemIds, how } = calls[name].input.parse(input);
      return faces.decide(itemIds, how);
    }
  }
}

function page(
  { store, faces }: UploadEngine,
  { batchId, filter, offset, limit }: Parsed<'faces.page'>,
): Outcome<CallValue<'faces.page'>> {
  const found = store.faces.page(batchId, filter, offset, limit);
  if (!found.ok) return found;
  const rows = found.value.rows.map(({ firstFace, ...row }): FacesRow => ({
    ...row,
    url: !hasPreview(row.name)
      ? null
      : firstFace === null
        ? smallPicture(row.itemId)
        : facePicture(row.itemId, firstFace.source, firstFace.faceIndex),
  }));
  return success({ revision: faces.feed.revision, total: found.value.total, rows });
}

function sheet(
  { store, faces }: UploadEngine,
  { batchId, offset, limit }: Parsed<'faces.sheet'>,
): Outcome<CallValue<'faces.sheet'>> {
  const found = store.faces.sheet(batchId, offset, limit);
  if (!found.ok) return found;
  const tiles = found.value.rows.map((tile): FaceTile => ({
    ...tile,
    url: facePicture(tile.itemId, tile.source, tile.faceIndex),
  }));
  return success({ revision: faces.feed.revision, total: found.value.total, tiles });
}

function detail(ferry: UploadEngine, itemId: ItemId): Outcome<FacesDetail | null> {
  const item = ferry.view.detail(itemId);
  if (!item.ok || item.value === null) return item.ok ? success(null) : item;
  const kept = ferry.store.faces.detail(itemId);
  if (!kept.ok) return kept;
  const { row, key, destinationId } = item.value;
  const { batchId, name, sizeBytes, state } = row;
  return success({
    itemId,
    batchId,
    destinationId,
    name,
    key,
    sizeBytes,
    state,
    ...kept.value,
    immRefusal: immRefusal(ferry, destinationId, name, state.kind),
    immWait: kept.value.imm?.state.kind === 'waiting' ? ferry.faces.immWait(destinationId) : null,
  });
}

/** Why IMM cannot be asked, the lasting reasons first. */
function immRefusal(
  ferry: UploadEngine,
  destinationId: FacesDetail['destinationId'],
  name: string,
  state: FacesDetail['state']['kind'],
): FacesDetail['immRefusal'] {
  if (!isImageName(name)) return 'no-picture';
  const profile = ferry.profile(destinationId);
  if (profile !== null && !holdsCredentials(profile)) return 'no-credentials-here';
  if (profile?.imm === undefined) return 'no-project';
  return state === 'done' || state === 'skipped' ? null : 'not-uploaded';
}
