/** A tenant, or all of them. */
export function TenantName({ id }: { readonly id: string | null }) {
  return id === null ? <span className="text-muted-foreground">all tenants</span> : id;
}
