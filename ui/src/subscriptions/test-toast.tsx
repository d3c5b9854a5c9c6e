import { Link } from '@tanstack/react-router';
import { useMay } from '../api/access';
import { type TestAnswer, testWords } from './test-words';

/** What came of a test, and where to see more of it. */
export function TestToast({ answer }: { readonly answer: TestAnswer }) {
  const mayRead = useMay('deliveries:read');
  return (
    <>
      {testWords(answer)}{' '}
      {mayRead && (
        <Link
          to="/deliveries/$deliveryId"
          params={{ deliveryId: answer.task_id }}
          className="font-medium text-brand underline"
        >
          Open it
        </Link>
      )}
    </>
  );
}
