interface RefusalProps {
  readonly error: unknown;
  /** Whether the fault stands beside a field already. */
  readonly hasPlaces?: boolean;
}

/** Why a call was refused, in the words of the service. */
export function Refusal({ error, hasPlaces = false }: RefusalProps) {
  if (error === null || hasPlaces) return null;
  return (
    <p role="alert" className="text-destructive">
      {error instanceof Error ? error.message : 'That did not work.'}
    </p>
  );
}
