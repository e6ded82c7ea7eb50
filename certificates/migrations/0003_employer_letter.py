import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('certificates', '0002_keep_certificates'),
        ('registrations', '0003_history_of_everything'),
    ]

    operations = [
        migrations.CreateModel(
            name='EmployerLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'French')], max_length=2, verbose_name='language')),
                ('recipient', models.CharField(blank=True, max_length=150, verbose_name='name')),
                ('recipient_title', models.CharField(blank=True, max_length=150, verbose_name='position')),
                ('organisation', models.CharField(blank=True, max_length=150, verbose_name='organisation')),
                ('own_words', models.TextField(blank=True, verbose_name='your own words')),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('registration', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='employer_letter', to='registrations.registration')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('language__in', ['en', 'fr'])), name='employer_letter_language_is_known'), models.CheckConstraint(condition=django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('own_words'), 600), name='employer_letter_is_short')],
            },
        ),
    ]
