from django.db import migrations, models


def forget_tellings(apps, schema_editor):
    """They are made anew of the events of a run when the next one arrives."""
    apps.get_model("ingest", "RunTelling").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ("ingest", "0002_run_tellings"),
    ]

    operations = [
        migrations.RunPython(forget_tellings, migrations.RunPython.noop),
        # Derived from the events: nothing is lost with it.
        migrations.DeleteModel("DatasetWrite"),
        migrations.CreateModel(
            name="DatasetWrite",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("dataset_hash", models.CharField(max_length=64)),
                ("namespace", models.TextField()),
                ("kind", models.CharField(max_length=64)),
                ("name", models.TextField()),
                ("version", models.TextField()),
                ("key_hash", models.CharField(max_length=64)),
                ("completed_at", models.DateTimeField()),
                ("source", models.CharField(db_index=True, max_length=64)),
            ],
            options={
                "indexes": [models.Index(fields=["dataset_hash", "completed_at"], name="dataset_write_by_time")],
            },
        ),
        migrations.CreateModel(
            name="DatasetDrop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("dataset_hash", models.CharField(db_index=True, max_length=64)),
                ("namespace", models.TextField()),
                ("kind", models.CharField(max_length=64)),
                ("name", models.TextField()),
                ("state", models.CharField(max_length=16)),
                ("dropped_at", models.DateTimeField()),
                ("source", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="DatasetName",
            fields=[
                ("name_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("dataset_hash", models.CharField(db_index=True, max_length=64)),
            ],
        ),
    ]
