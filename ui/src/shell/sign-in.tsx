import { BrandMark } from './brand';
import { SignInForm } from './sign-in-form';

/** The page of whoever is not signed in. */
export default function SignIn({ refusal }: { readonly refusal: string | null }) {
  return (
    <main className="grid h-full place-items-center overflow-auto p-6">
      <div className="flex w-full max-w-90 flex-col gap-4">
        <BrandMark />
        <h1 className="text-xl font-semibold">Sign in</h1>
        <SignInForm refusal={refusal} />
      </div>
    </main>
  );
}
