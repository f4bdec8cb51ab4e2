import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Task } from 'nestjs-task-queue';
import { IsNull, Not, Repository } from 'typeorm';
import { Contact } from '../contacts/contact.entity.js';
import { Photo } from '../photos/photo.entity.js';
import { PostEmail } from '../posts/post-email.entity.js';

/** Counts the work that the blog has done. */
export interface Stock {
  readonly emails: number;
  readonly thumbnails: number;
  readonly contacts: number;
}

@Injectable()
export class StockTasks {
  constructor(
    @InjectRepository(PostEmail) private readonly emails: Repository<PostEmail>,
    @InjectRepository(Photo) private readonly photos: Repository<Photo>,
    @InjectRepository(Contact) private readonly contacts: Repository<Contact>,
  ) {}

  /** No code calls it: users schedule it through the admin API. */
  @Task({ name: 'blog.take_stock' })
  async takeStock(): Promise<Stock> {
    const [emails, thumbnails, contacts] = await Promise.all([
      this.emails.count(),
      this.photos.countBy({ thumbnailMadeAt: Not(IsNull()) }),
      this.contacts.countBy({ crmId: Not(IsNull()) }),
    ]);
    return { emails, thumbnails, contacts };
  }
}
