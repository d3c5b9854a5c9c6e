import { type SubmitEvent, useState } from 'react';
import { refusalOf, signIn } from '../api/access';
import { Button } from '../components/ui/button';
import { takeFocus } from '../lib/focus';

interface SignInFormProps {
  readonly refusal: string | null;
}

/** Asks for an API key. What is typed stays while the service is away. */
export function SignInForm({ refusal: first }: SignInFormProps) {
  const [key, setKey] = useState('');
  const [refusal, setRefusal] = useState(first);
  const [isAsking, setIsAsking] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setIsAsking(true);
    setRefusal(null);
    try {
      await signIn(key);
    } catch (error) {
      setRefusal(refusalOf(error));
      setIsAsking(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <label htmlFor="key" className="text-muted-foreground">
        With an API key. It is exchanged for a session of this browser and kept nowhere.
      </label>
      <input
        id="key"
        type="password"
        autoComplete="off"
        spellCheck={false}
        required
        ref={takeFocus}
        value={key}
        onChange={({ target }) => setKey(target.value)}
        aria-describedby="refusal"
        aria-invalid={refusal !== null}
        placeholder="whk_…"
        className="h-10 rounded-md border border-input bg-card px-3 font-mono"
      />
      <p id="refusal" role="alert" className="min-h-5 text-destructive">
        {refusal}
      </p>
      <Button type="submit" variant="primary" disabled={isAsking} className="h-10 justify-center">
        {isAsking ? 'Signing in…' : 'Sign in'}
      </Button>
    </form>
  );
}
