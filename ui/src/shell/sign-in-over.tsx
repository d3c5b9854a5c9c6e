import { Dialog } from '@base-ui/react/dialog';
import { access } from '../api/access';
import { Button } from '../components/ui/button';
import { BrandMark } from './brand';
import { SignInForm } from './sign-in-form';

/**
 * The sign-in over the screen on which a session ended. The screen stays as it is, with all that was typed, for
 * whoever has the same key. It cannot be read meanwhile: somebody else may sit here now.
 */
export default function SignInOver() {
  return (
    <Dialog.Root open>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-60 animate-appear bg-background/80 backdrop-blur-lg" />
        <Dialog.Popup className="fixed top-[16vh] left-1/2 z-60 flex w-[calc(100vw-32px)] max-w-102 -translate-x-1/2 animate-appear flex-col gap-4 rounded-lg border border-border bg-popover p-6 text-popover-foreground shadow-overlay outline-none">
          <BrandMark />
          <Dialog.Title className="text-xl font-semibold">Sign in to go on</Dialog.Title>
          <Dialog.Description>
            Your session has ended. With the same key, the screen goes on where you were, with all that you typed.
            Another key begins with an empty one.
          </Dialog.Description>
          <SignInForm refusal={null} />
          <Button
            variant="ghost"
            className="justify-center"
            onClick={() => access.set({ state: 'signed-out', refusal: null })}
          >
            Leave instead
          </Button>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
