import { Injectable, Module } from '@nestjs/common';

@Injectable()
export class Settings {
  readonly exportRetries = Number(process.env.EXPORT_RETRIES ?? 2);
  readonly exportLimit = process.env.EXPORT_LIMIT ?? '10m';
  readonly chargeRetries = Number(process.env.CHARGE_RETRIES ?? 3);
}

@Module({ providers: [Settings], exports: [Settings] })
export class SettingsModule {}
