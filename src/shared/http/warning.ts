import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** Something in an accepted request that works but is probably not what the client wants. */
export class WarningAnswer {
  @ApiProperty({ description: 'Stable code for programs; new codes may be added', example: 'secret_is_text' })
  readonly code: string;

  @ApiProperty({
    description: 'JSON pointer into the body, or the name of a header or path parameter',
    example: '/secret',
  })
  readonly pointer: string;

  @ApiProperty({
    description: 'What will happen, and what to change',
    example: 'is plain text, which Standard Webhooks libraries cannot use as it is',
  })
  readonly detail: string;
}

/** Documents the member of an answer that carries warnings. */
export const ApiWarnings = (about: string): PropertyDecorator =>
  ApiPropertyOptional({ type: [WarningAnswer], description: `${about}; absent if there is nothing` });

/** The member of an answer that carries warnings; absent if there are none. */
export function withWarnings(warnings: readonly WarningAnswer[]): { warnings?: readonly WarningAnswer[] } {
  return warnings.length === 0 ? {} : { warnings };
}
