import { useQuery } from '@tanstack/react-query';
import { ledgerQuery } from '../api/queries';
import { exactCount } from '../lib/numbers';

/** The last 24 hours as one line that adds up: what was accepted is somewhere, or the line says that it is not. */
export function LedgerLine() {
  const { data } = useQuery(ledgerQuery);
  if (data === undefined) return <span className="h-5" />;
  const { accepted, delivered, failed, cancelled, unfinished, difference } = data.totals;
  return (
    <p className="text-muted-foreground">
      Last 24 hours: <b className="font-medium text-foreground">{exactCount(accepted)}</b> accepted ={' '}
      {exactCount(delivered)} delivered + {exactCount(failed)} failed + {exactCount(cancelled)} cancelled +{' '}
      {exactCount(unfinished)} unfinished
      {difference !== 0 && (
        <b role="alert" className="font-medium text-destructive">
          {' '}
          + {exactCount(difference)} that are missing. This is a defect: please report it.
        </b>
      )}
    </p>
  );
}
