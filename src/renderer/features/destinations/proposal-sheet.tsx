import { useTranslation } from 'react-i18next';
import type { Proposal } from '../../../shared/ipc/contract';
import type { Profile } from '../../../shared/profile';
import { needsSecret } from '../../../shared/secrets';
import { valueOf } from '../../actions';
import { useApp, useAppContext, type AppContext } from '../../app-context';
import { Icon } from '../../ui/icon';
import { Button, InEnglish } from '../../ui/parts';
import { Sheet } from '../../ui/sheet';
import { linesOf } from './proposal-lines';

/** Adds it and leads to its form, where a secret is still wanted, else to the queue; it is not made the current one. */
async function accept(ferry: AppContext, profile: Profile): Promise<void> {
  // Answered first: what is offered while it is saved is another question.
  await ferry.bridge.call('destinations.dismiss', {});
  const reply = await ferry.bridge.call('destinations.save', { destinationId: null, profile });
  const saved = valueOf(ferry, reply);
  if (saved === undefined) return;
  const { destinationId } = saved;
  ferry.app.setState(({ destinations }) => ({
    destinations: [...(destinations ?? []).filter((one) => one.destinationId !== destinationId), saved],
  }));
  ferry.view.setState({
    place: needsSecret(profile) ? { kind: 'destination', destinationId } : { kind: 'queue' },
  });
}

/** A destination from a file or a link: everything in it is shown before it is taken. */
export function ProposalSheet({ proposal }: { readonly proposal: Proposal }) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const { found, origin, file } = proposal;
  const close = (): void => void ferry.bridge.call('destinations.dismiss', {});
  const name = found.kind === 'destination' ? found.profile.name : '';
  const isTaken = useApp((state) => state.destinations?.some((one) => one.profile.name === name) === true);
  const title =
    found.kind === 'wrong' ? t('proposal.wrongTitle') : t('proposal.title', { name: found.profile.name });
  return (
    <Sheet narrow label={title} onClose={close}>
      <header>
        <div>
          <h2 className="big">{title}</h2>
          <p>{t(origin === 'link' ? 'proposal.fromLink' : 'proposal.fromFile', { file })}</p>
        </div>
      </header>
      {found.kind === 'wrong' ? (
        <p className="proposal-wrong" role="alert">
          <Icon name="warn" />
          <span>
            {t(`faults.${found.fault.code}.what`)} <InEnglish>{found.fault.message}</InEnglish>
          </span>
        </p>
      ) : (
        <>
          <dl className="proposal">
            {linesOf(t, found.profile).map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {found.profile.allowInsecure && (
            <p className="proposal-wrong">
              <Icon name="warn" />
              <span>{t('proposal.insecure')}</span>
            </p>
          )}
          <p className="proposal-note">
            {isTaken ? `${t('proposal.sameName')} ${t('proposal.noSecret')}` : t('proposal.noSecret')}
          </p>
        </>
      )}
      <footer>
        <span className="gap" />
        {found.kind === 'wrong' ? (
          <Button look="primary" onPress={close}>
            {t('proposal.close')}
          </Button>
        ) : (
          <>
            <Button onPress={close}>{t('proposal.refuse')}</Button>
            <Button look="primary" onPress={() => void accept(ferry, found.profile)}>
              {t('proposal.accept')}
            </Button>
          </>
        )}
      </footer>
    </Sheet>
  );
}
