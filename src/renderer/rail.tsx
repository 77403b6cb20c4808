import { useTranslation } from 'react-i18next';
import { DestinationList } from './features/destinations/destination-list';
import { useFaces, useAppContext, useFormat, useQueue, useView } from './app-context';
import { Icon, type IconName } from './ui/icon';
import { Mark } from './ui/parts';

interface PlaceLinkProps {
  readonly icon: IconName;
  readonly label: string;
  readonly current?: boolean;
  readonly tally?: string;
  readonly asks?: boolean;
  readonly onPress: () => void;
}

function PlaceLink({ icon, label, current = false, tally, asks = false, onPress }: PlaceLinkProps) {
  return (
    <li>
      <button
        type="button"
        className="place"
        aria-current={current ? 'page' : undefined}
        title={label}
        onClick={onPress}
      >
        <Icon name={icon} />
        <span>{label}</span>
        {tally !== undefined && <span className={`tally ${asks ? 'ask' : ''}`}>{tally}</span>}
      </button>
    </li>
  );
}

/** Places and destinations, at the left over the full height. */
export function Rail() {
  const { t } = useTranslation();
  const { view } = useAppContext();
  const format = useFormat();
  const place = useView((state) => state.place.kind);
  const batches = useQueue((state) => state.queue?.batches.length ?? 0);
  const causes = useQueue((state) => state.queue?.causes.length ?? 0);
  const asking = useFaces((state) => state.counts?.asking ?? 0);
  return (
    <nav className="rail" aria-label={t('rail.title')} data-zone="rail">
      <div className="brand">
        <Mark />
        OSS Ferry
      </div>
      <ul>
        <PlaceLink
          icon="queue"
          label={t('queue.title')}
          current={place === 'queue'}
          {...(batches > 0 ? { tally: format.count(batches) } : {})}
          onPress={() => view.setState({ place: { kind: 'queue' } })}
        />
        <PlaceLink
          icon="bell"
          label={t('needs.title')}
          current={place === 'needs'}
          asks
          {...(causes > 0 ? { tally: format.count(causes) } : {})}
          onPress={() => view.setState({ place: { kind: 'needs' }, detailId: null })}
        />
        <PlaceLink
          icon="face"
          label={t('faces.title')}
          current={place === 'faces'}
          asks
          {...(asking > 0 ? { tally: format.count(asking) } : {})}
          onPress={() => view.setState({ place: { kind: 'faces' }, detailId: null })}
        />
      </ul>
      <DestinationList />
      <ul className="foot">
        <PlaceLink
          icon="sliders"
          label={t('settings.title')}
          onPress={() => view.setState({ sheet: { kind: 'settings' } })}
        />
      </ul>
    </nav>
  );
}
