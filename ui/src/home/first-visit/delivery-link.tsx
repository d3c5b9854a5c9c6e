import { Link } from '@tanstack/react-router';
import { buttonClass } from '../../components/ui/button';

export function DeliveryLink({ id, children }: { readonly id: string; readonly children: string }) {
  return (
    <Link to="/deliveries/$deliveryId" params={{ deliveryId: id }} className={buttonClass({ size: 'sm' })}>
      {children}
    </Link>
  );
}
