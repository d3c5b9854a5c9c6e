export function BrandMark() {
  return (
    <svg
      viewBox="0 0 32 32"
      aria-hidden
      className="size-5 shrink-0"
      fill="none"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <rect width="32" height="32" rx="8" className="fill-brand" />
      <path
        d="M8 9v6a5 5 0 0 0 5 5h10M18.500 15.500 23 20l-4.500 4.500"
        className="stroke-background"
        strokeWidth="3"
      />
    </svg>
  );
}
