import { Injectable } from '@nestjs/common';
import { Task } from 'nestjs-task-queue';

export class WrongPassword extends Error {}

@Injectable()
export class LoginTasks {
  @Task({ name: 'logins.check', redactArgs: [1], throws: [WrongPassword] })
  check(user: string, password: string): boolean {
    if (password === 'guess') throw new WrongPassword(`wrong password for ${user}`);
    throw new TypeError('the directory is broken');
  }
}
