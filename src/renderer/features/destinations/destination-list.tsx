import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import type { DestinationView } from '../../../shared/ipc/contract';
import type { Cause } from '../../../shared/queue-view';
import { saveSettings } from '../../actions';
import { useApp, useAppContext, useQueue, useView } from '../../app-context';
import { currentDestination } from '../../store/app-store';
import { Icon } from '../../ui/icon';
import { IconButton } from '../../ui/parts';
import { isRegionId } from './regions';

const NO_CAUSES: readonly Cause[] = [];

/** Prefix and city, or what the destination waits for. */
function secondLine(t: TFunction, destination: DestinationView, waits: Cause['kind'] | undefined): string {
  if (waits === 'credentials') return t('rail.signIn');
  if (waits === 'offline') return t('states.offline');
  const { prefix, region, bucket, name } = destination.profile;
  const city = isRegionId(region) ? t(`regions.${region}`) : region;
  const named = name.toLowerCase() === bucket ? '' : bucket;
  return [named, prefix, city].filter((part) => part !== '').join(' · ');
}

/** The folded rail has no room for the button beside the name: there a second press opens the form. */
const isFolded = (): boolean => window.matchMedia('(max-width: 1040px)').matches;

function Destination({ destination }: { readonly destination: DestinationView }) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const id = destination.destinationId;
  const { profile } = destination;
  const waits = useQueue(
    (state) =>
      (state.queue?.causes ?? NO_CAUSES).find(
        (cause) => cause.destinationId === id && (cause.kind === 'credentials' || cause.kind === 'offline'),
      )?.kind,
  );
  const isCurrent = useApp((state) => currentDestination(state)?.destinationId === id);
  const isTarget = useView((state) => state.drag.kind === 'over' && state.drag.destinationId === id);
  const edit = (): void => ferry.view.setState({ place: { kind: 'destination', destinationId: id } });
  const line = secondLine(t, destination, waits);
  return (
    <li data-destination-id={id}>
      <button
        type="button"
        className={`place dest ${isTarget ? 'target' : ''}`}
        aria-current={isCurrent ? 'true' : undefined}
        title={`${profile.name}\n${line}`}
        onClick={() => {
          if (isCurrent && isFolded()) {
            edit();
            return;
          }
          void saveSettings(ferry, { currentDestinationId: id });
          ferry.view.setState({ place: { kind: 'queue' } });
        }}
      >
        <Icon name="bucket" />
        <span className="grow">
          <b>{profile.name}</b>
          <span className="sub">{line}</span>
        </span>
        {waits === 'credentials' && <Icon name="key" className="flag" />}
        {waits === 'offline' && <Icon name="network" className="flag hold" />}
      </button>
      <IconButton
        className="edit"
        icon="sliders"
        label={t('rail.edit', { name: profile.name })}
        onPress={edit}
      />
    </li>
  );
}

/** The destinations in the rail: press one to send there, drop on one to send there once. */
export function DestinationList() {
  const { t } = useTranslation();
  const { view } = useAppContext();
  const destinations = useApp((state) => state.destinations);
  return (
    <>
      <h2 className="list-head">
        <span>{t('rail.destinations')}</span>
        <IconButton
          icon="plus"
          label={t('rail.add')}
          onPress={() => view.setState({ place: { kind: 'destination', destinationId: null } })}
        />
      </h2>
      <ul className="destinations">
        {(destinations ?? []).map((destination) => (
          <Destination key={destination.destinationId} destination={destination} />
        ))}
      </ul>
    </>
  );
}
