/** A tenant, or all of them. */
export function TenantName({ id }: { readonly id: string | null }) {
  return id ?? <span className="text-muted-foreground">all tenants</span>;
}
